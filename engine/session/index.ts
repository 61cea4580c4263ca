export { createActivities, type RunActivities } from './activities.ts';
export { deadline, type Deadline } from './deadline.ts';
export { documentsOfRun, forgetSessions } from './forget.ts';
export type { SessionPorts } from './ports.ts';
export { addressOf, messageOf } from './submission-input.ts';
export { createSessions, type Admitted, type Sessions, type Submission } from './sessions.ts';
export { versionOf } from './version.ts';
