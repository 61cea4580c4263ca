import type { Route } from '../route.ts';
import { agentRoutes } from './agents.ts';
import { approvalRoutes } from './approvals.ts';
import { healthRoutes } from './health.ts';
import { openapiRoute } from './openapi.ts';
import { runActRoutes } from './run-acts.ts';
import { runRoutes } from './runs.ts';
import { submissionRoutes } from './submissions.ts';
import { workflowRoutes } from './workflows.ts';

const described: readonly Route[] = [
  ...healthRoutes,
  ...agentRoutes,
  ...workflowRoutes,
  ...runRoutes,
  ...runActRoutes,
  ...approvalRoutes,
  ...submissionRoutes,
];

/** Every HTTP route of the server: what the router is built from, and what `/openapi.json` describes. */
export const routes: readonly Route[] = [...described, openapiRoute(described)];
