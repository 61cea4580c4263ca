export { createJournal } from './journal.ts';
export type { Journal, JournalOptions, ReadOptions } from './journal.ts';
export type { SubscribeOptions } from './subscribe.ts';
export { withoutCredentials, withoutNamed } from './named-secrets.ts';
export { redactor } from './redact.ts';
export type { Redactor } from './redact.ts';
export { isHideable } from './secret-forms.ts';
export type { TextStream } from './text-stream.ts';
