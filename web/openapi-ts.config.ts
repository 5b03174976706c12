import { defineConfig } from '@hey-api/openapi-ts';

export default defineConfig({
  input: '../openapi.json',
  output: { path: 'src/api/gen' },
  plugins: [{ name: '@hey-api/client-fetch', throwOnError: true }, '@tanstack/react-query'],
});
