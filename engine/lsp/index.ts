export { startLanguageServer, type ServerOptions } from './server.ts';
