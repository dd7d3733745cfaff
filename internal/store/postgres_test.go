package store_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"gochatting/internal/postgrestest"
	"gochatting/internal/store"
	"gochatting/internal/store/storetest"
)

func TestPostgres(t *testing.T) {
	databases := databases{all: t, of: map[string]string{}}
	storetest.Run(t, func(t *testing.T, o store.Options) *store.Store {
		o.Database, o.Connections, o.Log = databases.take(t, o.Dir), 5, slog.New(slog.DiscardHandler)
		s, err := store.Open(t.Context(), o)
		require.NoError(t, err)
		return s
	})
}

// databases are used again by one test after another: to make one takes longer than most tests.
type databases struct {
	all *testing.T // the test of which the others are parts

	mu   sync.Mutex
	of   map[string]string // the URL for a data folder
	free []string
}

// take gives the one of the data folder, as it was after migrating if that is a new one.
func (d *databases) take(t *testing.T, dir string) (url string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if url, has := d.of[dir]; has {
		return url
	}
	if len(d.free) == 0 {
		d.free = append(d.free, d.make(t))
	}
	url, d.free = d.free[0], d.free[1:]
	d.of[dir] = url
	t.Cleanup(func() {
		query(t, url, restore)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.free = append(d.free, url)
	})
	return url
}

func (d *databases) make(t *testing.T) (url string) {
	url = postgrestest.New(d.all)
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Database: url, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	query(t, url, remember)
	return url
}

func query(t *testing.T, url, sql string) {
	db, err := pgx.Connect(context.Background(), url)
	require.NoError(t, err)
	defer db.Close(context.Background())
	_, err = db.Exec(context.Background(), sql)
	require.NoError(t, err)
}

const (
	remember = `DO $$ DECLARE name text; BEGIN
		CREATE SCHEMA fresh;
		FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
			EXECUTE format('CREATE TABLE fresh.%I AS TABLE public.%I', name, name);
		END LOOP;
	END $$`

	restore = `DO $$ DECLARE name text; BEGIN
		SET LOCAL session_replication_role = replica; -- no table waits for another
		FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version' LOOP
			EXECUTE format('DELETE FROM public.%I', name);
			EXECUTE format('INSERT INTO public.%I SELECT * FROM fresh.%I', name, name);
		END LOOP;
		PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
		FROM pg_sequences WHERE schemaname = 'public' AND sequencename NOT LIKE 'goose%';
	END $$`
)
