package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrator is what brings the tables up to date.
func (e *engine) migrator() (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(e.dialect, e.write, files, goose.WithDisableGlobalRegistry(true),
		goose.WithGoMigrations(goose.NewGoMigration(5, &goose.GoFunc{RunTx: nameAll}, nil)))
}

func (e *engine) migrate(ctx context.Context) error {
	m, err := e.migrator()
	if err != nil {
		return err
	}
	_, err = m.Up(ctx)
	return err
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
