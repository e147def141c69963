#!/bin/sh
# The last task of product_report. Put here what tells your people: mail, chat, a page.
set -eu
echo "Product report of $DAY: $PRODUCTS products; check: $CHECKED, reconciliation with the stream's counts: $RECONCILED."
