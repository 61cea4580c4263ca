import type { JsonObject } from '../../core/json.ts';
import { callbackComponents } from './callback-schemas.ts';
import { conversationComponents } from './conversation-schemas.ts';
import { eventComponents } from './event-data.ts';
import { projectComponents } from './project-schemas.ts';
import { recordComponents } from './record-schemas.ts';

/** Schemas that every server's description names, whatever its project is. */
export const components: Readonly<Record<string, JsonObject>> = {
  ...projectComponents,
  ...conversationComponents,
  ...recordComponents,
  ...callbackComponents,
  ...eventComponents(),
};
