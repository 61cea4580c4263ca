export type { ErrorBody, Log, LogEntry } from './error-body.ts';
export { isLoopback } from './guard.ts';
export { listen, type Address } from './listen.ts';
export { objectOf, route, type Route } from './route.ts';
export type { OnRequest, RequestEnd } from './request-end.ts';
export { createServer, type Server, type ServerOptions } from './server.ts';
