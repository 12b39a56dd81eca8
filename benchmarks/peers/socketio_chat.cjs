/**
 * A chat server on bare Socket.IO: in memory, WebSockets only, no compression (the default).
 *
 * NODE_PATH=… node benchmarks/peers/socketio_chat.cjs PORT
 */
const { createServer } = require("http");
const { Server } = require("socket.io");

const WINDOW = 30; // messages kept in each chat
const chats = new Map();

const http = createServer((_, answer) => answer.end());
const io = new Server(http, { transports: ["websocket"], serveClient: false });

io.on("connection", (socket) => {
  const { chat } = socket.handshake.auth;
  if (chat !== undefined) socket.join(chat);
  socket.on("say", (name, body, done) => {
    if (!chats.has(name)) chats.set(name, { lastId: 0, messages: [] });
    const room = chats.get(name);
    const message = { id: ++room.lastId, username: "Guest", body };
    room.messages.push(message);
    if (room.messages.length > WINDOW) room.messages.shift();
    io.to(name).emit("message", message);
    done(message);
  });
});

http.listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4096 });
