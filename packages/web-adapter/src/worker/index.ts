export { serveSockets } from './serve-sockets.ts'
export type { SocketMaker, WorkerScope } from './serve-sockets.ts'
export { WorkerTls } from './worker-tls.ts'
export type { WorkerLike } from './worker-tls.ts'
