import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import tailwindcss from '@tailwindcss/vite';
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const API = process.env.TASKYARD_DEV_API ?? 'http://127.0.0.1:8000';

/**
 * Two chunks that every page needs, instead of thirty small files. What only some pages need (menus, dialogs, charts,
 * the log) stays apart and comes when it is reached for.
 */
const CHUNKS = [
  {
    name: 'vendor',
    test: /node_modules.(react|react-dom|scheduler|clsx|@tanstack.(react-|router-|query-)?(router|query|core|history|store|react-store).*)[\\/]/,
    priority: 2,
  },
  {
    name: 'shared',
    test: /node_modules.lucide-react|src.(lib|api|components.ui).(?!dialog|menu|pick-menu|toast)/,
    minShareCount: 9,
    priority: 1,
  },
];

/** Writes a .br and a .gz beside each text file over 1 KiB; the server picks by Accept-Encoding. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    writeBundle({ dir = 'dist' }) {
      for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(js|css|html|svg|json|txt)$/.test(entry.name)) continue;
        const path = join(entry.parentPath, entry.name);
        const body = readFileSync(path);
        if (body.length <= 1024) continue;
        writeFileSync(`${path}.br`, brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
        writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: '/app/',
  plugins: [
    tanstackRouter({
      target: 'react',
      autoCodeSplitting: true,
      // What a page asks for comes with the page: the sign-in page needs none of it.
      codeSplittingOptions: { defaultBehavior: [['loader', 'component', 'errorComponent', 'notFoundComponent']] },
      quoteStyle: 'single',
    }),
    react(),
    tailwindcss(),
    precompress(),
  ],
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  build: {
    target: 'es2023',
    // The content security policy allows no data: script, style or font, and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } },
  },
  server: { proxy: { '/api': { target: API, ws: true } } },
  preview: { proxy: { '/api': { target: API, ws: true } } },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'], restoreMocks: true },
});
