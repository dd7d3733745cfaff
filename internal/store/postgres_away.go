package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// named gives what means that PostgreSQL is away its name, ErrAway.
func named(err error) error {
	if away(err) && !errors.Is(err, ErrAway) {
		return fmt.Errorf("%w: %w", ErrAway, err)
	}
	return err
}

// away says whether a failure means that PostgreSQL cannot be reached, or does not answer in the time that we give it.
// Who has gone while it was asked says nothing of it.
func away(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	switch code := pgCode(err); {
	case code == pgTooMany, code == pgTooSlow, code == pgIdle, code == pgLockTimeout,
		strings.HasPrefix(code, pgShutdown), strings.HasPrefix(code, pgConnection):
		return true
	}
	for _, target := range []error{context.DeadlineExceeded, driver.ErrBadConn, io.ErrUnexpectedEOF, io.EOF, pgconn.ErrConnClosed} {
		if errors.Is(err, target) {
			return true
		}
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err)
	return connecting || network
}

// A naming connector makes connections whose errors are named. What is prepared on them and committed the writer names.
type naming struct{ checking }

func (n naming) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := n.checking.Connect(ctx)
	if err != nil {
		return nil, named(err)
	}
	return namedConn{conn.(checked)}, nil
}

type namedConn struct{ checked }

func (c namedConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := c.checked.BeginTx(ctx, opts)
	return tx, named(err)
}

func (c namedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.checked.ExecContext(ctx, query, args)
	return result, named(err)
}

func (c namedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.checked.QueryContext(ctx, query, args)
	if err != nil {
		return nil, named(err)
	}
	return namedRows{rows}, nil
}

type namedRows struct{ driver.Rows }

func (r namedRows) Next(into []driver.Value) error {
	err := r.Rows.Next(into)
	if err == io.EOF { // as it is: the end of them
		return err
	}
	return named(err)
}
