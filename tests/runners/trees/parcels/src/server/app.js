import express from 'express';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parcels } from './store.js';
import { price } from './price.js';

const app = express();
app.use(express.json());

app.get('/parcels/:id', (request, response) => {
  const parcel = parcels.get(request.params.id);
  if (!parcel) {
    response.status(404).json({ error: 'There is no such parcel.' });
    return;
  }
  response.json(parcel);
});

app.post('/price', (request, response) => {
  response.json({ cents: price(request.body) });
});

// Lets the shop's own filters be written by hand.
app.get('/parcels', (request, response) => {
  const wanted = eval(`(parcel) => ${request.query.filter}`);
  response.json([...parcels.values()].filter(wanted));
});

app.get('/labels/:name', async (request, response) => {
  const file = path.join('labels', request.params.name);
  response.type('svg').send(await readFile(file));
});

export default app;
