/**
 * A moment in UTC by a pattern of `yyyy mm dd HH MM SS` (month `mm`, minute `MM`); other characters stay.
 * The moment is ISO 8601 text or milliseconds since 1970; undefined when it is neither.
 */
export function formatDate(moment: unknown, pattern: string): string | undefined {
  const isMoment =
    typeof moment === 'number' || (typeof moment === 'string' && /^\d{4}-\d\d(-\d\d)?/.test(moment));
  const date = new Date(isMoment ? moment : Number.NaN);
  if (Number.isNaN(date.getTime())) return undefined;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = ''] =
    /^(.+)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)/.exec(date.toISOString()) ?? [];
  const parts: Readonly<Record<string, string>> = {
    yyyy: year,
    mm: month,
    dd: day,
    HH: hour,
    MM: minute,
    SS: second,
  };
  return pattern.replace(/yyyy|mm|dd|HH|MM|SS/g, (part) => parts[part] ?? part);
}
