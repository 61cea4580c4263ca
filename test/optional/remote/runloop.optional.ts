import { serveRunloop } from './fake-runloop.ts';
import { keepsContract, key } from './subject.ts';

const kind = { type: 'runloop', serve: () => serveRunloop(key) } as const;

keepsContract(kind);
