import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Problem } from '../../../core/problem.ts';
import type { Library } from './library.ts';

/** The command that installs what the harness needs beside the engine. */
export const installCommand = 'npm install deepagents langchain @langchain/core';

/**
 * Loads the deepagents package as a project has it installed, else as the engine has; its parts come from one copy of LangChain.
 * Throws Problem `invalid_project` with the command that installs it.
 */
export function loadLibrary(root: string): Library {
  const entry = resolve(root);
  const need = createRequire(entry);
  const part = <Name extends keyof Library>(
    module: string,
    ...names: readonly Name[]
  ): Pick<Library, Name> => {
    const exports = need(module) as Library;
    for (const name of names) {
      if (typeof exports[name] !== 'function')
        throw new Problem('invalid_project', `the installed ${module} has no "${name}"; ${cure}`);
    }
    return exports;
  };
  try {
    const { createDeepAgent } = part(entry, 'createDeepAgent');
    const { createMiddleware, todoListMiddleware } = part(
      'langchain',
      'createMiddleware',
      'todoListMiddleware',
    );
    const { BaseChatModel } = part('@langchain/core/language_models/chat_models', 'BaseChatModel');
    const { AIMessage } = part('@langchain/core/messages', 'AIMessage');
    const { DynamicStructuredTool } = part('@langchain/core/tools', 'DynamicStructuredTool');
    const { convertToOpenAITool } = part('@langchain/core/utils/function_calling', 'convertToOpenAITool');
    return {
      ...{ createDeepAgent, createMiddleware, todoListMiddleware },
      ...{ BaseChatModel, AIMessage, DynamicStructuredTool, convertToOpenAITool },
    };
  } catch (thrown) {
    if (thrown instanceof Problem) throw thrown;
    const message = thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown);
    throw new Problem('invalid_project', `harness "deepagents" cannot be loaded: ${message}; ${cure}`, {
      cause: thrown,
    });
  }
}

/** Throws Problem `invalid_project` when the package is not installed; loads nothing. */
export function requireLibrary(root: string): void {
  resolve(root);
}

const cure = `install it anew: ${installCommand}`;

function resolve(root: string): string {
  for (const from of [join(root, 'package.json'), import.meta.url]) {
    try {
      return createRequire(from).resolve('deepagents');
    } catch {
      // It may be installed with the engine instead.
    }
  }
  throw new Problem(
    'invalid_project',
    `harness "deepagents" needs packages that are not installed; run: ${installCommand}`,
  );
}
