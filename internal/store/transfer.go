package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A Transfer brings what a data folder has into a PostgreSQL database. It takes nothing away from the folder,
// and may be made again as long as nobody has done anything in the database since.
type Transfer struct {
	from, to *engine
	conn     *pgx.Conn // to the same database, for what may take as long as it takes
}

// OpenTransfer opens both sides and brings their tables up to date. ErrLocked: another process has the
// folder, which must have been one before. It refuses a database that is in use, or is something else's.
func OpenTransfer(ctx context.Context, dir, database string) (_ *Transfer, err error) {
	config, err := postgresConfig(database)
	if err != nil {
		return nil, err
	}
	node := config.RuntimeParams["application_name"]
	config.RuntimeParams["application_name"] = node + " migrate"
	config.RuntimeParams["statement_timeout"] = "0" // a copy is one
	config.RuntimeParams["lock_timeout"] = "10000"  // ms: somebody else is looking at the tables, and may be for ever
	t := &Transfer{}
	if t.from, err = openEngine(ctx, Options{Dir: dir}); err != nil {
		return nil, err
	}
	if err = t.from.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("store: migrate the data folder: %w", err), t.Close())
	}
	if t.conn, err = pgx.ConnectConfig(ctx, config); err != nil {
		return nil, errors.Join(explainPostgres(err), t.Close())
	}
	if err = t.free(ctx, node); err == nil {
		t.to, err = openPostgres(ctx, database, 0)
	}
	if err == nil {
		err = t.to.migrate(ctx)
	}
	if err == nil {
		err = untouched(ctx, t.conn)
	}
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// Close puts both sides away.
func (t *Transfer) Close() error {
	err := t.from.close()
	if t.to != nil {
		err = errors.Join(err, t.to.close())
	}
	if t.conn != nil {
		err = errors.Join(err, t.conn.Close(context.Background()))
	}
	return err
}

// Blobs are those of the database.
func (t *Transfer) Blobs() *Blobs { return &Blobs{t.to} }

// Contents are the hashes of all files and previews that the data folder knows.
func (t *Transfer) Contents(ctx context.Context) (hashes []string, err error) {
	hashes, err = list(ctx, t.from.read, scanID, `
		SELECT hash FROM files UNION SELECT preview FROM files WHERE preview IS NOT NULL ORDER BY 1`)
	if err != nil {
		return nil, fmt.Errorf("store: contents: %w", err)
	}
	return hashes, nil
}

// free is why a database can't take anything in: it is something else's, or nodes have it.
func (t *Transfer) free(ctx context.Context, node string) error {
	names, err := column[string](ctx, t.conn, `
		SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1`)
	if err != nil {
		return fmt.Errorf("store: look at the database: %w", err)
	}
	if len(names) > 0 && !(slices.Contains(names, "goose_db_version") && slices.Contains(names, "pulse")) {
		return fmt.Errorf("the database has tables of something else (%s); please give an empty one", strings.Join(names[:min(3, len(names))], ", "))
	}
	nodes, err := column[int64](ctx, t.conn, `
		SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1`, node)
	if err != nil {
		return fmt.Errorf("store: who uses the database: %w", err)
	}
	if len(nodes) > 0 {
		return errors.New("a gochatting runs on this database; stop it first")
	}
	return nil
}
