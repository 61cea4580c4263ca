import { basename, resolve } from 'node:path';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { Question, Template } from './template.ts';

/** What stands in place of the placeholders, by their ids: `name`, and the questions of the template. */
export type Answers = Readonly<Record<string, string>>;

const projectName = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/**
 * The answers a command line gives, defaults for the rest.
 * @param set `id=answer`, as given.
 * Throws Problem `invalid_request` for an answer that does not fit, or to no question.
 */
export function answersOf(
  { name: template, questions }: Template,
  { folder, name, set }: { readonly folder: string; readonly name?: string; readonly set: readonly string[] },
): Answers {
  const answers: Record<string, string> = {
    name: name ?? nameOf(folder, template),
    ...Object.fromEntries(questions.map((question) => [question.id, question.default])),
  };
  const fault = nameFault(answers['name'] ?? '');
  if (fault !== undefined) throw new Problem('invalid_request', fault);
  for (const one of set) {
    const [, id = one, answer] = /^([^=]*)=(.*)$/s.exec(one) ?? [];
    const question = questions.find((candidate) => candidate.id === id);
    if (question === undefined) {
      const ids = questions.map((candidate) => candidate.id);
      throw new Problem(
        'invalid_request',
        `the template "${template}" does not ask "${id}"${choices(id, ids)}`,
      );
    }
    if (answer === undefined) throw new Problem('invalid_request', `write "--set ${id}=<answer>"`);
    const wrong = answerFault(question, answer);
    if (wrong !== undefined) throw new Problem('invalid_request', wrong);
    answers[id] = answer;
  }
  return answers;
}

/** What is wrong with the name of a project, or undefined. */
export function nameFault(name: string): string | undefined {
  if (projectName.test(name)) return undefined;
  return `"${name}" is no name; write letters, digits, "_" and "-", at most 64, beginning with a letter`;
}

/** What is wrong with an answer, or undefined. */
export function answerFault({ id, choices: given, pattern }: Question, answer: string): string | undefined {
  if (given.some(({ value }) => value === answer)) return undefined;
  if (pattern !== undefined && new RegExp(`^(?:${pattern})$`).test(answer)) return undefined;
  const others = pattern === undefined ? '' : ', or another one in their form';
  return `"${answer}" is no ${id}; expected ${given.map(({ value }) => `"${value}"`).join(', ')}${others}`;
}

/** A name of a project for a folder: that of the folder as far as it can be one, else that of the template. */
export function nameOf(folder: string, template: string): string {
  const name = basename(resolve(folder))
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, 64)
    .replace(/-+$/, '');
  return projectName.test(name) ? name : template;
}

/** A text with the answers in place of its placeholders `[[=id]]`. Throws for a placeholder nobody asks for. */
export function fill(text: string, answers: Answers): string {
  return text.replaceAll(/\[\[=(\w+)\]\]/g, (_all, id: string) => {
    const answer = answers[id];
    if (answer === undefined) throw new Error(`no question of the template has the id "${id}"`);
    return answer;
  });
}
