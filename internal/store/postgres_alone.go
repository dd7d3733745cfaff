package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// mustBeAlone is ErrLocked if a server is connected to a database.
func mustBeAlone(ctx context.Context, database string) error {
	config, err := postgresConfig(database)
	if err != nil {
		return err
	}
	server := config.RuntimeParams["application_name"]
	config.RuntimeParams["application_name"] = server + " alone"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return explainPostgres(err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) // was only read
	var servers bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (
		SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1)`, server).Scan(&servers)
	if err != nil {
		return fmt.Errorf("store: look for servers: %w", explainPostgres(err))
	}
	if servers {
		return fmt.Errorf("the database is %w", ErrLocked)
	}
	return nil
}
