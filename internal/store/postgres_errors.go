package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// What PostgreSQL answers. https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	pgNoAccess     = "28000" // nothing in pg_hba.conf
	pgWrongSecret  = "28P01"
	pgNoDatabase   = "3D000"
	pgNoPrivilege  = "42501"
	pgTooMany      = "53300"
	pgDiskFull     = "53100"
	pgStarting     = "57P03"
	pgShutdown     = "57P" // and 01 and 02
	pgConnection   = "08"  // and more
	pgTooSlow      = "57014"
	pgIdle         = "25P03"
	pgSerializing  = "40001"
	pgDeadlock     = "40P01"
	pgLockTimeout  = "55P03"
	pgNotText      = "22021"
	pgNotCharacter = "22P05"
)

func pgCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

func classifyPostgres(err error) error {
	switch pgCode(err) {
	case pgDiskFull:
		return fmt.Errorf("%w: %w", ErrFull, err)
	case pgNotText, pgNotCharacter:
		return errors.Join(notText(), err)
	}
	return named(err)
}

// overtaken says whether a transaction failed only because others wrote at the same time, so that it may succeed
// the next time.
func overtaken(err error) bool {
	code := pgCode(err)
	return code == pgSerializing || code == pgDeadlock || code == pgLockTimeout
}

// disconnected says whether a connection was cut off, by a restart of the server perhaps.
func disconnected(err error) bool {
	if strings.HasPrefix(pgCode(err), pgShutdown) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true
	}
	network, is := errors.AsType[*net.OpError](err)
	return is && !network.Timeout()
}

// explainPostgres says what to do about a database that cannot be used.
func explainPostgres(err error) error {
	if err == nil {
		return nil
	}
	var dialing *net.OpError
	remedy := ""
	switch pgCode(err) {
	case pgNoAccess, pgWrongSecret:
		remedy = "it does not let us in; see to user and password in --database, and to pg_hba.conf"
	case pgNoDatabase:
		remedy = "make the database with CREATE DATABASE, or correct --database"
	case pgNoPrivilege:
		remedy = "let our user make tables: ALTER DATABASE … OWNER TO …, or GRANT CREATE ON SCHEMA public TO …"
	case pgTooMany:
		remedy = "raise its max_connections, or lower --database-connections on each node"
	case pgStarting:
		remedy = "it is starting or stopping; try again in a moment"
	default:
		if _, connecting := errors.AsType[*pgconn.ConnectError](err); connecting || errors.As(err, &dialing) || errors.Is(err, context.DeadlineExceeded) {
			remedy = "it cannot be reached; see that it runs, and that --database names it"
		}
	}
	err = fmt.Errorf("PostgreSQL: %w", err)
	if remedy != "" {
		err = fmt.Errorf("%w\n%s", err, strings.ToUpper(remedy[:1])+remedy[1:]+".")
	}
	return err
}
