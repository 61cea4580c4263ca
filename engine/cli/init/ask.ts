import { intro, isCancel, select, text, type CANCEL_SYMBOL } from '@clack/prompts';
import type { Person } from '../person.ts';
import { answerFault, nameFault, nameOf, type Answers } from './answers.ts';
import type { Question, Template } from './template.ts';

/** What a person chose. */
export interface Chosen {
  readonly template: Template;
  readonly folder: string;
  readonly answers: Answers;
}

/** What is known before anybody is asked, and not asked again. */
export interface Known {
  readonly template?: Template | undefined;
  readonly folder?: string | undefined;
  readonly name?: string | undefined;
}

/**
 * Asks for what is not known yet: template, folder, name, and the questions of the template.
 * @param person terminal to ask on.
 * @returns undefined when the person gave up (Ctrl-C, Esc).
 */
export async function askProject(
  templates: readonly Template[],
  known: Known,
  person: Person,
): Promise<Chosen | undefined> {
  try {
    intro('A new project', person);
    const template = known.template ?? (await askTemplate(templates, person));
    const folder = known.folder ?? (await askFolder(template, person));
    const name = known.name ?? (await askName(folder, template, person));
    const answers: Record<string, string> = { name };
    for (const question of template.questions) answers[question.id] = await askQuestion(question, person);
    return { template, folder, answers };
  } catch (thrown) {
    if (thrown === givenUp) return undefined;
    throw thrown;
  }
}

const givenUp = new Error('given up');
const another = '';

async function askTemplate(templates: readonly Template[], person: Person): Promise<Template> {
  const options = templates.map((value) => ({ value, label: value.title, hint: value.description }));
  return answer(await select({ ...person, message: 'What do you want to start with?', options }));
}

async function askFolder({ name }: Template, person: Person): Promise<string> {
  const initialValue = `./my-${name}`;
  const validate = (value: string | undefined): string | undefined =>
    (value ?? '').trim() === '' ? 'write a folder, "." for this one' : undefined;
  const message = 'In which folder? It is made when it is not there.';
  return answer(await text({ ...person, message, initialValue, validate })).trim();
}

async function askName(folder: string, template: Template, person: Person): Promise<string> {
  const initialValue = nameOf(folder, template.name);
  const validate = (value: string | undefined): string | undefined => nameFault(value ?? '');
  return answer(await text({ ...person, message: 'What is the project called?', initialValue, validate }));
}

async function askQuestion(question: Question, person: Person): Promise<string> {
  const { message, choices, pattern, default: initialValue } = question;
  const options = choices.map(({ value, label }) => ({ value, label: value, hint: label }));
  if (pattern !== undefined) options.push({ value: another, label: 'another one', hint: 'you write it' });
  const chosen = answer(await select({ ...person, message, options, initialValue }));
  if (chosen !== another) return chosen;
  const validate = (value: string | undefined): string | undefined => answerFault(question, value ?? '');
  return answer(await text({ ...person, message: `${message} Write it like those listed.`, validate }));
}

function answer<T>(given: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(given)) throw givenUp;
  return given;
}
