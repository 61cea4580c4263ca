export { createJournal } from './journal.ts';
export type { Journal, JournalOptions, ReadOptions } from './journal.ts';
export type { SubscribeOptions } from './subscribe.ts';
export { redactor } from './redact.ts';
export type { Redactor } from './redact.ts';
