import { serveE2b } from './fake-e2b.ts';
import { worksWithService } from './service-cases.ts';
import { keepsContract, key } from './subject.ts';

const kind = { type: 'e2b', serve: () => serveE2b(key) } as const;

keepsContract(kind);
worksWithService(kind, { create: /^POST \/v2\/sandboxes$/, safe: /Start|files/ });
