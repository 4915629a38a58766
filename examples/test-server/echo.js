/** Sends back what comes, no faster than it is read; ends when the client does. */
export function sendBack(socket) {
  socket.pipe(socket)
}
