export type { ErrorBody, Log, LogEntry } from './error-body.ts';
export { createServer, type Server, type ServerOptions } from './server.ts';
