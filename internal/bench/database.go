package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// A database is one in PostgreSQL that is ours until it is dropped.
type database struct {
	url        string
	postmaster int64 // the process that began PostgreSQL's others; 0 if it is not on this machine
	maker      *pgx.Conn
	name       string
}

const dropWait = 30 * time.Second

// database makes an empty one in the server of --database.
func (b *bench) database(ctx context.Context) (*database, error) {
	u, err := url.Parse(b.Database)
	if err != nil {
		return nil, errors.New("--database is no URL") // which would stand in err, with its password
	}
	conn, err := pgx.Connect(ctx, b.Database)
	if err != nil {
		return nil, fmt.Errorf("reach --database: %w", err)
	}
	d := &database{maker: conn, name: "gochatting_bench_" + token()}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+d.name); err != nil {
		return nil, errors.Join(fmt.Errorf("make a database: %w", err), conn.Close(ctx))
	}
	u.Path = "/" + d.name
	d.url = u.String()
	d.find(ctx)
	return d, nil
}

// find looks for the process that began ours. What has its number may be another, if PostgreSQL is elsewhere.
func (d *database) find(ctx context.Context) {
	var backend int
	if err := d.maker.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&backend); err != nil {
		return
	}
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", backend))
	if err == nil && strings.HasPrefix(string(command), "postgres: ") && strings.Contains(string(command), d.maker.Config().Database) {
		d.postmaster = readStat(fmt.Sprintf("/proc/%d/stat", backend)).field(ppid)
	}
}

// drop removes it, whoever may still be in it.
func (d *database) drop() error {
	ctx, cancel := context.WithTimeout(context.Background(), dropWait)
	defer cancel()
	_, err := d.maker.Exec(ctx, "DROP DATABASE "+d.name+" WITH (FORCE)")
	if err = errors.Join(err, d.maker.Close(ctx)); err != nil {
		return fmt.Errorf("drop the database %s: %w", d.name, err)
	}
	return nil
}
