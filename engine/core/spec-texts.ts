/**
 * What a project says, by path from its folder with forward slashes: the text of each file that was read, null for a file that is
 * only there (code), and for a folder, whose path ends in a slash.
 */
export type SpecTexts = Readonly<Record<string, string | null>>;
