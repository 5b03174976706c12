/** Source as coloured lines, without innerHTML. Fetched only where code is shown. */
import bash from 'highlight.js/lib/languages/bash';
import css from 'highlight.js/lib/languages/css';
import ini from 'highlight.js/lib/languages/ini';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import markdown from 'highlight.js/lib/languages/markdown';
import python from 'highlight.js/lib/languages/python';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';

export type Piece = { text: string; look: string };
export type Line = readonly Piece[];

type Tree = ReturnType<ReturnType<typeof createLowlight>['highlight']>;
type Nodes = Tree['children'];

const light = createLowlight({ bash, css, ini, javascript, json, markdown, python, typescript, xml, yaml });

const BY_EXTENSION: Record<string, string> = {
  bash: 'bash',
  cfg: 'ini',
  cjs: 'javascript',
  cts: 'typescript',
  css: 'css',
  env: 'ini',
  html: 'xml',
  ini: 'ini',
  js: 'javascript',
  json: 'json',
  jsx: 'javascript',
  md: 'markdown',
  mjs: 'javascript',
  mts: 'typescript',
  py: 'python',
  pyi: 'python',
  sh: 'bash',
  svg: 'xml',
  toml: 'ini',
  ts: 'typescript',
  tsx: 'typescript',
  xml: 'xml',
  yaml: 'yaml',
  yml: 'yaml',
};

/** Above this a file is shown plain: colouring it would hold the page up. */
const MOST = 300_000;

/** Ink on paper: weight and tone tell the parts of code apart, since colours are kept for states. */
const LOOKS: Record<string, string> = {
  comment: 'text-faint italic',
  quote: 'text-faint italic',
  doctag: 'text-faint italic',
  string: 'text-mute',
  regexp: 'text-mute',
  meta: 'text-mute',
  keyword: 'font-semibold',
  literal: 'font-semibold',
  section: 'font-semibold',
  title: 'font-semibold',
};

export function languageOf(path: string): string | undefined {
  return BY_EXTENSION[path.split('.').at(-1)?.toLowerCase() ?? ''];
}

function pieces(nodes: Nodes, look: string, into: Piece[]): void {
  for (const node of nodes) {
    if (node.type === 'text') into.push({ text: node.value, look });
    else if (node.type === 'element') {
      const [name = ''] = (node.properties.className as string[] | undefined) ?? [];
      pieces(node.children as Nodes, LOOKS[name.replace('hljs-', '')] ?? look, into);
    }
  }
}

/** The lines of a text, each as pieces with their look. A piece that spans lines is cut at each. */
export function highlight(text: string, language: string | undefined): Line[] {
  const whole: Piece[] = [];
  if (language && text.length <= MOST) pieces(light.highlight(language, text).children, '', whole);
  else whole.push({ text, look: '' });
  const lines: Piece[][] = [[]];
  for (const { text: run, look } of whole) {
    run.split('\n').forEach((part, index) => {
      if (index > 0) lines.push([]);
      if (part) lines.at(-1)?.push({ text: part, look });
    });
  }
  return lines;
}
