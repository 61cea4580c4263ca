export { createActivities, type RunActivities } from './activities.ts';
export { deadline, type Deadline } from './deadline.ts';
export { documentsOfRun, forgetSessions } from './forget.ts';
export { peopleOf } from './people.ts';
export type { SessionPorts } from './ports.ts';
export { addressOf, messageOf } from './submission-input.ts';
export { createSessions, type Sessions } from './sessions.ts';
export type { Admitted, Submission } from './submission.ts';
export { versionOf } from './version.ts';
