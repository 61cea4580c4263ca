import { shellWord } from './shell-word.ts';

/** The option that names the project in a command shown to the user; nothing for the current folder. */
export function projectOption(project: string): string {
  return project === '.' ? '' : ` --project ${shellWord(project)}`;
}
