import { serveModal } from './fake-modal.ts';
import { worksWithService } from './service-cases.ts';
import { keepsContract, key } from './subject.ts';

const kind = { type: 'modal', serve: () => serveModal(key) } as const;

keepsContract(kind);
worksWithService(kind, { create: /sandboxCreateV2$/, safe: /taskExecStart/, sleeps: false });
