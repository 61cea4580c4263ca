import type Koa from 'koa';
import type { RequestState } from './request-end.ts';

/** A request and its answer inside the app. */
export type Context = Koa.ParameterizedContext<RequestState, Koa.DefaultContext, unknown>;
