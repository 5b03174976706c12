// Express 5 set well: a cluster, named statements, no ETag, the secret as a key object (as a string
// each check of a token would cost 400 µs).
const { SQL, SECRET, OWNER, pool: open, listed, clustered } = require('./node_common.js');

clustered(() => {
  const express = require('express');
  const jwt = require('jsonwebtoken');
  const key = require('node:crypto').createSecretKey(Buffer.from(SECRET));
  const pool = open();
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.get('/health', (_, res) => res.json({}));
  app.use((req, res, next) => {
    try {
      req.claims = jwt.verify((req.headers.authorization || '').slice(7), key, { algorithms: ['HS256'] });
    } catch {
      return res.status(401).json({});
    }
    next();
  });
  app.use(express.json());
  app.get('/projects/:project/tasks', async (req, res) => {
    res.json(await listed(pool, req.params.project, +(req.query.limit || 50), +(req.query.offset || 0)));
  });
  app.get('/tasks/:id', async (req, res) => {
    const { rows } = await pool.query({ name: 'one', text: SQL.one, values: [req.params.id] });
    rows[0] ? res.json(rows[0]) : res.status(404).json({});
  });
  app.post('/tasks', async (req, res) => {
    const { title, project_id } = req.body;
    if (typeof title !== 'string' || !title || title.length > 255) return res.status(422).json({});
    const values = [project_id, title, OWNER];
    const { rows } = await pool.query({ name: 'insert', text: SQL.insert, values });
    res.status(201).json(rows[0]);
  });
  app.listen(+process.env.PORT, '127.0.0.1');
});
