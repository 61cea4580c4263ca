import type { Route } from '../route.ts';
import { adminRoutes } from './admin.ts';
import { agentRoutes } from './agents.ts';
import { approvalRoutes } from './approvals.ts';
import { callbackRoutes } from './callbacks.ts';
import { channelRoutes } from './channels.ts';
import { descriptionRoutes } from './descriptions.ts';
import { fileRoutes } from './files.ts';
import { healthRoutes } from './health.ts';
import { instanceRoutes } from './instances.ts';
import { metricsRoutes } from './metrics.ts';
import { promptRoutes } from './prompts.ts';
import { runActRoutes } from './run-acts.ts';
import { runRoutes } from './runs.ts';
import { scheduleRoutes } from './schedules.ts';
import { sessionActRoutes } from './session-acts.ts';
import { sessionRoutes } from './sessions.ts';
import { submissionRoutes } from './submissions.ts';
import { workRoutes } from './work.ts';
import { workflowRoutes } from './workflows.ts';

const work: readonly Route[] = [
  ...agentRoutes,
  ...promptRoutes,
  ...workRoutes,
  ...instanceRoutes,
  ...sessionRoutes,
  ...sessionActRoutes,
  ...fileRoutes,
  ...submissionRoutes,
  ...workflowRoutes,
  ...runRoutes,
  ...runActRoutes,
  ...approvalRoutes,
  ...scheduleRoutes,
];

const described: readonly Route[] = [
  ...healthRoutes,
  ...metricsRoutes,
  ...work,
  ...channelRoutes,
  ...callbackRoutes,
  ...adminRoutes(work),
];

/** Every HTTP route of the server: what the router is built from, and what `/openapi.json` and `/docs` describe. */
export const routes: readonly Route[] = [...described, ...descriptionRoutes(described)];
