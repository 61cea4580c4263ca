import { serveModal } from './fake-modal.ts';
import { keepsContract, key } from './subject.ts';

const kind = { type: 'modal', serve: () => serveModal(key) } as const;

keepsContract(kind);
