import { readFileSync } from 'node:fs';

/** The README as it lies in the checkout. */
export function readReadme(): string {
  return readFileSync('README.md', 'utf8');
}

/** The code blocks of a language that follow a comment such as `<!-- run -->`, in their order. */
export function blocksAfter(comment: string, language: string): readonly string[] {
  const fence = '```';
  const pattern = new RegExp(`<!-- ${comment} -->\\n\\n${fence}${language}\\n([^]*?)${fence}`, 'g');
  return [...readReadme().matchAll(pattern)].map(([, block = '']) => block);
}
