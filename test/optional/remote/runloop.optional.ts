import { serveRunloop } from './fake-runloop.ts';
import { worksWithService } from './service-cases.ts';
import { keepsContract, key } from './subject.ts';

const kind = { type: 'runloop', serve: () => serveRunloop(key) } as const;

keepsContract(kind);
worksWithService(kind, { create: /^POST \/v1\/devboxes$/, safe: /execute|file/ });
