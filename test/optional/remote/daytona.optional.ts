import { serveDaytona } from './fake-daytona.ts';
import { keepsContract, key } from './subject.ts';

const kind = { type: 'daytona', serve: () => serveDaytona(key) } as const;

keepsContract(kind);
