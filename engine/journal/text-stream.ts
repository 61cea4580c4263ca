/** A text that comes in pieces. */
export interface TextStream {
  /** The next piece; gives what of the text can be shown, which holds back the beginning of what may become a secret. */
  push(piece: string): string;
  /** The rest; the stream can be used for another text then. */
  end(): string;
}

/**
 * A stream that holds back no more than the end of the text that one of the forms begins with.
 * @param forms every form of every secret.
 * @param redact takes them out of a whole text.
 */
export function openTextStream(forms: () => readonly string[], redact: (text: string) => string): TextStream {
  let held = '';
  let known: readonly string[] = [];
  let byFirst = new Map<string, readonly string[]>();
  return {
    push(piece) {
      const all = forms();
      if (all.length === 0) return piece;
      if (all !== known) byFirst = groupByFirst((known = all));
      const text = held + piece;
      const cut = beforeMatch(text, firstBeginning(text), all);
      held = text.slice(cut);
      return cut === 0 ? '' : redact(text.slice(0, cut));
    },
    end() {
      const rest = held === '' ? '' : redact(held);
      held = '';
      return rest;
    },
  };

  /** Where the text ends with the beginning of a form; its length when it does not. */
  function firstBeginning(text: string): number {
    const longest = known[0]?.length ?? 0;
    for (let at = Math.max(0, text.length - longest + 1); at < text.length; at += 1) {
      const candidates = byFirst.get(text.charAt(at));
      if (candidates === undefined) continue;
      const end = text.slice(at);
      if (candidates.some((form) => form.length > end.length && form.startsWith(end))) return at;
    }
    return text.length;
  }
}

/** A form that stands across a place must not be cut there. */
function beforeMatch(text: string, cut: number, forms: readonly string[]): number {
  if (cut === text.length) return cut;
  for (const form of forms) {
    const at = text.indexOf(form, Math.max(0, cut - form.length + 1));
    if (at >= 0 && at < cut) return beforeMatch(text, at, forms);
  }
  return cut;
}

function groupByFirst(forms: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const form of forms) {
    const first = form.charAt(0);
    const group = groups.get(first);
    if (group === undefined) groups.set(first, [form]);
    else group.push(form);
  }
  return groups;
}
