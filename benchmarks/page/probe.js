/** What the benchmark sees of a chat's page. It runs before the page's own scripts; times are in ms since 1970. */
(() => {
  const PAUSE = 50; // ms between two looks at how late the event loop is
  const now = () => performance.timeOrigin + performance.now();

  /** The frame that is being made has been handed on: the next task after it. */
  const painted = () =>
    new Promise((resolve) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(now());
        port2.postMessage(undefined);
      }),
    );

  /** What began when, and how long it took. */
  const entries = (type, options, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, ...options });

  const frames = new Map(); // by body: when the frame with it was done
  const shown = new Map(); // by body: when it was on the screen, as Element Timing tells
  const waiting = new Map();

  const tell = (body) => {
    if (frames.has(body) && shown.has(body)) waiting.get(body)?.([frames.get(body), shown.get(body)]);
  };

  const note = (times, body, time) => {
    times.set(body, time);
    tell(body);
  };

  const mark = (body) => {
    if (body.hasAttribute("elementtiming")) return;
    body.setAttribute("elementtiming", body.textContent);
    painted().then((time) => note(frames, body.textContent, time));
  };

  class Watch {
    longTasks = [];
    frameGaps = [];
    lateness = [];
    keys = [];
    slowKeys = [];
    mostMessages = 0;
    mostElements = 0;
    seen = new Set();
    #before = 0; // the newest message when it began
    #over = false;

    constructor(log) {
      this.#before = Number([...log.querySelectorAll("li")].at(-1)?.dataset.id);
      entries("longtask", {}, ({ duration }) => this.longTasks.push(duration));
      entries("event", { durationThreshold: 16 }, ({ name, duration }) => name === "keydown" && this.slowKeys.push(duration));
      addEventListener("keydown", ({ timeStamp }) => this.#press(timeStamp), true);
      this.#frame(performance.now());
      this.#tick(performance.now());
      this.#count(log);
      new MutationObserver(() => this.#count(log)).observe(log, { childList: true, subtree: true });
    }

    end() {
      this.#over = true;
      window.probe.watched = undefined; // it must not count as what the page holds
      const { longTasks, frameGaps, lateness, keys, slowKeys, mostMessages, mostElements } = this;
      const seen = [...this.seen].filter((id) => id > this.#before).length;
      const lines = [...document.querySelectorAll("#log .line")].map(({ textContent }) => textContent);
      return { longTasks, frameGaps, lateness, keys, slowKeys, mostMessages, mostElements, seen, lines };
    }

    #press(at) {
      painted().then((time) => this.keys.push(time - performance.timeOrigin - at));
    }

    #frame(last) {
      requestAnimationFrame((at) => {
        this.frameGaps.push(at - last);
        if (!this.#over) this.#frame(at);
      });
    }

    #tick(from) {
      setTimeout(() => {
        this.lateness.push(performance.now() - from - PAUSE);
        if (!this.#over) this.#tick(performance.now());
      }, PAUSE);
    }

    #count(log) {
      const messages = log.querySelectorAll("li[data-id]");
      for (const { dataset } of messages) this.seen.add(dataset.id);
      this.mostMessages = Math.max(this.mostMessages, log.querySelectorAll("li").length);
      this.mostElements = Math.max(this.mostElements, log.querySelectorAll("*").length);
    }
  }

  window.probe = {
    pressed: 0, // when the Send button was
    longTasks: [], // since the navigation began
    shown: () => Object.fromEntries(shown),
    painted: (body) => new Promise((resolve) => (waiting.set(body, resolve), tell(body))),
    forget: () => [frames, shown, waiting].forEach((map) => map.clear()),
    watch: () => void (window.probe.watched = new Watch(document.getElementById("log"))),
  };

  entries("longtask", { buffered: true }, ({ duration }) => window.probe.longTasks.push(duration));
  entries("element", { buffered: true }, ({ identifier, renderTime }) => note(shown, identifier, performance.timeOrigin + renderTime));
  addEventListener("click", ({ timeStamp }) => (window.probe.pressed = performance.timeOrigin + timeStamp), true);
  document.addEventListener(
    "readystatechange",
    () => {
      const log = document.getElementById("log");
      const look = (records) => {
        for (const { addedNodes } of records)
          for (const node of addedNodes) if (node instanceof Element) node.querySelectorAll(".body").forEach(mark);
      };
      if (log) new MutationObserver(look).observe(log, { childList: true, subtree: true });
    },
    { once: true },
  );
})();
