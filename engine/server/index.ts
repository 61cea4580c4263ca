export type { ErrorBody, Log, LogEntry } from './error-body.ts';
export type { OnRequest, RequestEnd } from './request-end.ts';
export { createServer, type Server, type ServerOptions } from './server.ts';
