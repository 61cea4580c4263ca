import { bashTool } from './bash.ts';
import type { BuiltinToolDefinition } from './builtin-tool.ts';
import { editTool } from './edit.ts';
import { existsTool } from './exists.ts';
import { globTool } from './glob.ts';
import { grepTool } from './grep.ts';
import { lsTool } from './ls.ts';
import { mkdirTool } from './mkdir.ts';
import { readTool } from './read.ts';
import { rmTool } from './rm.ts';
import { statTool } from './stat.ts';
import { writeTool } from './write.ts';

export type { BuiltinToolDefinition } from './builtin-tool.ts';

/** The built-in tools that work on files and the shell. */
export const fileTools: readonly BuiltinToolDefinition[] = [
  readTool,
  writeTool,
  editTool,
  lsTool,
  globTool,
  grepTool,
  statTool,
  existsTool,
  mkdirTool,
  rmTool,
  bashTool,
];
