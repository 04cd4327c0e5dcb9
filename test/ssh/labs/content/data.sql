-- PostgreSQL of the data platform lab, as an hour of its generator leaves it: databases, the application's tables, rows.
CREATE DATABASE gourmetgram;
CREATE DATABASE airflow;
CREATE DATABASE iceberg_catalog;
CREATE DATABASE nimtable;
CREATE USER nimtable_user;
\c gourmetgram
CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), username text, created_at timestamptz DEFAULT now());
CREATE TABLE images (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid, views int DEFAULT 0, created_at timestamptz);
CREATE TABLE comments (id serial PRIMARY KEY, image_id uuid, content text, created_at timestamptz DEFAULT now());
CREATE TABLE flags (id serial PRIMARY KEY, image_id uuid, reason text, created_at timestamptz DEFAULT now());
CREATE TABLE moderation (id serial PRIMARY KEY, target_id uuid, target_type text, trigger_type text, inference_mode text,
  risk_score real, created_at timestamptz DEFAULT now());
INSERT INTO users (username) SELECT 'user' || n FROM generate_series(1, 12) n;
INSERT INTO images (views, created_at) SELECT n * 5, now() - n * interval '1 minute' FROM generate_series(1, 24) n;
INSERT INTO comments (image_id, content) SELECT id, 'looks good' FROM images WHERE views > 60;
INSERT INTO flags (image_id, reason) SELECT id, 'spam' FROM images WHERE views > 110;
INSERT INTO moderation (target_id, target_type, trigger_type, inference_mode, risk_score)
  SELECT id, 'image', 'viral', 'heuristic', 0.37 FROM images ORDER BY views DESC LIMIT 1;
\c iceberg_catalog
CREATE TABLE iceberg_tables (catalog_name text, table_namespace text, table_name text);
INSERT INTO iceberg_tables VALUES ('gourmetgram', 'event_aggregations', 'view_windows_5min'),
  ('gourmetgram', 'event_aggregations', 'comment_windows_5min'), ('gourmetgram', 'event_aggregations', 'flag_windows_5min'),
  ('gourmetgram', 'moderation', 'training_data');
\c nimtable
CREATE TABLE catalogs (name text);
INSERT INTO catalogs VALUES ('gourmetgram');
ALTER TABLE catalogs OWNER TO nimtable_user;
