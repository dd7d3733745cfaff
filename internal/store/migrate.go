package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// migrationPatience is for how many seconds a node waits for another one that migrates.
const migrationPatience = 600

//go:embed migrations/*/*.sql
var migrations embed.FS

func migrationsOf(folder string) (fs.FS, error) { return fs.Sub(migrations, "migrations/"+folder) }

func sqliteMigrator(db *sql.DB) (*goose.Provider, error) {
	return migrator(goose.DialectSQLite3, "sqlite", db, goose.WithGoMigrations(goose.NewGoMigration(5, &goose.GoFunc{RunTx: nameAll}, nil)))
}

func migrateSQLite(ctx context.Context, db *sql.DB) error {
	m, err := sqliteMigrator(db)
	if err != nil {
		return err
	}
	_, err = m.Up(ctx)
	return err
}

// migratePostgres has nodes that start together take turns. It has a connection of its own, on which nothing is
// too slow. A database that a newer version of us has migrated is left as it is: two versions run side by side while
// one node after another is restarted. That is why migrations only ever add; what nobody needs any more goes a
// version later.
func migratePostgres(ctx context.Context, config *pgx.ConnConfig) error {
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(1)
	defer db.Close()
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, migrationPatience))
	if err != nil {
		return err
	}
	m, err := migrator(goose.DialectPostgres, "postgres", db, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	_, err = m.Up(ctx)
	return explainPostgres(err)
}

// nameAll notes under which names those are found who came before there was finding.
func nameAll(ctx context.Context, tx *sql.Tx) error {
	type user struct{ id, name string }
	all, err := list(ctx, tx, func(from row) (u user, err error) {
		err = from.Scan(&u.id, &u.name)
		return u, err
	}, `SELECT id, name FROM users`)
	if err != nil {
		return fmt.Errorf("all users: %w", err)
	}
	for _, u := range all {
		if err := setNames(ctx, tx, u.id, u.name); err != nil {
			return err
		}
	}
	return nil
}
