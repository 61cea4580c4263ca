import { serveDaytona } from './fake-daytona.ts';
import { worksWithService } from './service-cases.ts';
import { keepsContract, key } from './subject.ts';

const kind = { type: 'daytona', serve: () => serveDaytona(key) } as const;

keepsContract(kind);
worksWithService(kind, { create: /^POST \/sandbox$/, safe: /execute|files/ });
