import { serveE2b } from './fake-e2b.ts';
import { keepsContract, key } from './subject.ts';

const kind = { type: 'e2b', serve: () => serveE2b(key) } as const;

keepsContract(kind);
