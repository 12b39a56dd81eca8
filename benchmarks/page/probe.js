/** Observes a chat's page for the benchmark. It runs before the page's own scripts; times are in ms since 1970. */
(() => {
  const PAUSE = 50; // ms between two measurements of the event loop's delay
  const now = () => performance.timeOrigin + performance.now();

  /** Resolves with the time in the task after the next frame is rendered. */
  const painted = () =>
    new Promise((resolve) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(now());
        port2.postMessage(undefined);
      }),
    );

  /** Call `take` with each performance entry of a type. */
  const observe = (type, options, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, ...options });

  const frames = new Map(); // by body: when the frame with it was rendered
  const shown = new Map(); // by body: when it was on the screen, by Element Timing
  const waiting = new Map(); // by body: resolves the promise of `painted`

  const resolveIfPainted = (body) => {
    if (frames.has(body) && shown.has(body)) waiting.get(body)?.([frames.get(body), shown.get(body)]);
  };

  const record = (times, body, time) => {
    times.set(body, time);
    resolveIfPainted(body);
  };

  /** Have Element Timing report a body, and record when its frame is rendered. */
  const mark = (body) => {
    if (body.hasAttribute("elementtiming")) return;
    body.setAttribute("elementtiming", body.textContent);
    painted().then((time) => record(frames, body.textContent, time));
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
    #before = 0; // id of the newest message at the start
    #isOver = false;

    constructor(log) {
      this.#before = Number([...log.querySelectorAll("li")].at(-1)?.dataset.id);
      observe("longtask", {}, ({ duration }) => this.longTasks.push(duration));
      observe("event", { durationThreshold: 16 }, ({ name, duration }) => {
        if (name === "keydown") this.slowKeys.push(duration);
      });
      addEventListener("keydown", ({ timeStamp }) => this.#press(timeStamp), true);
      this.#frame(performance.now());
      this.#tick(performance.now());
      this.#count(log);
      new MutationObserver(() => this.#count(log)).observe(log, { childList: true, subtree: true });
    }

    end() {
      this.#isOver = true;
      window.probe.watched = undefined; // the page must not hold it, as its memory is measured next
      const { longTasks, frameGaps, lateness, keys, slowKeys, mostMessages, mostElements } = this;
      const seen = [...this.seen].filter((id) => id > this.#before).length;
      const notices = [...document.querySelectorAll("#log .log-notice")].map(({ textContent }) => textContent);
      return { longTasks, frameGaps, lateness, keys, slowKeys, mostMessages, mostElements, seen, notices };
    }

    #press(at) {
      painted().then((time) => this.keys.push(time - performance.timeOrigin - at));
    }

    #frame(last) {
      requestAnimationFrame((at) => {
        this.frameGaps.push(at - last);
        if (!this.#isOver) this.#frame(at);
      });
    }

    #tick(from) {
      setTimeout(() => {
        this.lateness.push(performance.now() - from - PAUSE);
        if (!this.#isOver) this.#tick(performance.now());
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
    pressed: 0, // when something was last clicked
    longTasks: [], // since the navigation began
    shown: () => Object.fromEntries(shown),
    painted: (body) =>
      new Promise((resolve) => {
        waiting.set(body, resolve);
        resolveIfPainted(body);
      }),
    forget: () => [frames, shown, waiting].forEach((map) => map.clear()),
    watch: () => {
      window.probe.watched = new Watch(document.getElementById("log"));
    },
  };

  observe("longtask", { buffered: true }, ({ duration }) => window.probe.longTasks.push(duration));
  observe("element", { buffered: true }, ({ identifier, renderTime }) => record(shown, identifier, performance.timeOrigin + renderTime));
  const onClick = ({ timeStamp }) => {
    window.probe.pressed = performance.timeOrigin + timeStamp;
  };

  const markBodies = (records) => {
    const elements = records.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node instanceof Element);
    for (const element of elements) element.querySelectorAll(".body").forEach(mark);
  };

  const markLog = () => {
    const log = document.getElementById("log");
    if (log) new MutationObserver(markBodies).observe(log, { childList: true, subtree: true });
  };

  addEventListener("click", onClick, true);
  document.addEventListener("readystatechange", markLog, { once: true });
})();
