package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// What a device code lives through: six digits are a million, and nobody gets to try many of them.
const (
	codeLife  = 10 * time.Minute
	codeTries = 5
)

// NewCode gives the user a device code, six digits, that lets one other browser in as them; it
// replaces their earlier one. ErrNotFound: no such user.
func (s *Store) NewCode(ctx context.Context, userID string) (code string, expires time.Time, err error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", time.Time{}, fmt.Errorf("store: new code: %w", err)
	}
	code = fmt.Sprintf("%06d", n)
	expires = moment(s.now().Add(codeLife).UnixMicro())
	_, err = write(ctx, s, "new code", func(ctx context.Context, tx *sql.Tx) (struct{}, error) {
		if _, err := selectUser(ctx, tx, `u.id = $1`, userID); err != nil {
			return struct{}{}, err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO codes (user_id, hash, tries, expires) VALUES ($1, $2, 0, $3)
			ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, tries = 0, expires = excluded.expires`,
			userID, hashCode(userID, code), expires.UnixMicro())
		return struct{}{}, err
	})
	if err != nil {
		return "", time.Time{}, err
	}
	return code, expires, nil
}

// useCode says whether code is the user's and not dead. A right one is used up, any other counts as a
// try.
func useCode(ctx context.Context, tx *sql.Tx, userID, code string, now time.Time) (right bool, err error) {
	var hash string
	var tries, expires int64
	err = tx.QueryRowContext(ctx, `UPDATE codes SET tries = tries + 1 WHERE user_id = $1 RETURNING hash, tries, expires`, userID).
		Scan(&hash, &tries, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("count a try: %w", err)
	}
	if tries > codeTries || now.UnixMicro() >= expires ||
		subtle.ConstantTimeCompare([]byte(hash), []byte(hashCode(userID, code))) == 0 {
		return false, nil
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM codes WHERE user_id = $1`, userID)
	return true, err
}

// hashCode ties the code to its user, so that equal codes do not look equal.
func hashCode(userID, code string) string {
	sum := sha256.Sum256([]byte(userID + ":" + code))
	return hex.EncodeToString(sum[:])
}
