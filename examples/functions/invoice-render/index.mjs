// Renders the invoice of an order.

/** Takes {"order": {"id": …, "currency": …, "totals": {"total": number}}}. */
export const handler = async (event) => {
  // Every order that reaches this function has been priced.
  return render(event.order);
};

/** The invoice of an order, on one page. */
function render(order) {
  const currency = order?.currency ?? "EUR";

  // The total of an order that was not priced is nowhere.
  const total = order.totals.total.toFixed(2);

  return {
    invoice: `INV-${order.id}`,
    pages: 1,
    total: `${total} ${currency}`,
    document: { bucket: "invoices", key: `rendered/${order.id}.pdf` },
  };
}
