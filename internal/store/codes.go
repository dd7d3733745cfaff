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

// What a code lives through: six digits are a million, and nobody gets to try many of them.
const (
	codeLife  = 10 * time.Minute
	codeTries = 5
)

// NewCode gives the user of a live session a device code, six digits, and the secret of a link; either lets one
// other browser in as them, once. They replace the earlier ones. ErrNotFound: no such session, or it has ended.
func (s *Store) NewCode(ctx context.Context, sessionID string) (code, link string, expires time.Time, err error) {
	code, err = newCode()
	if err != nil {
		return "", "", time.Time{}, fmt.Errorf("store: new code: %w", err)
	}
	link = rand.Text()
	expires, err = write(ctx, s, "new code", func(ctx context.Context, tx *sql.Tx) (time.Time, error) {
		now := s.now()
		expires := moment(now.Add(codeLife).UnixMicro())
		sessions, err := selectSessions(ctx, tx, alive+` AND s.id = $3`, append(limitsOf(now), sessionID)...)
		if err != nil {
			return expires, err
		}
		if len(sessions) == 0 {
			return expires, ErrNotFound
		}
		user := sessions[0].User.ID
		_, err = tx.ExecContext(ctx, `
			INSERT INTO codes (user_id, hash, link, tries, expires) VALUES ($1, $2, $3, 0, $4)
			ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, link = excluded.link, tries = 0, expires = excluded.expires`,
			user, hashCode(user, code), hex.EncodeToString(hashSecret(link)), expires.UnixMicro())
		return expires, err
	})
	if err != nil {
		return "", "", time.Time{}, err
	}
	return code, link, expires, nil
}

// useCode says whether code is the user's and not dead. A right one is used up, any other counts as a
// try.
func useCode(ctx context.Context, tx *sql.Tx, userID, code string, now time.Time) (right bool, err error) {
	var k keptCode
	err = tx.QueryRowContext(ctx, `UPDATE codes SET tries = tries + 1 WHERE user_id = $1 RETURNING hash, tries, expires`, userID).
		Scan(&k.hash, &k.tries, &k.expires)
	right, err = k.opens(hashCode(userID, code), now, err)
	if err != nil || !right {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM codes WHERE user_id = $1`, userID)
	return true, err
}

// keptCode is what we keep of a code.
type keptCode struct {
	hash           string
	tries, expires int64
}

// opens says whether a code of this hash is the one that was looked up with err, and not dead.
func (k keptCode) opens(hash string, now time.Time, err error) (bool, error) {
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("count a try: %w", err)
	}
	return k.tries <= codeTries && now.UnixMicro() < k.expires && subtle.ConstantTimeCompare([]byte(k.hash), []byte(hash)) == 1, nil
}

func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", n), nil
}

// hashCode ties the code to whose it is, so that equal codes do not look equal.
func hashCode(whose, code string) string {
	return hex.EncodeToString(hashSecret(whose + ":" + code))
}

// hashSecret is how a secret is kept: 130 random bits need no salt.
func hashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
