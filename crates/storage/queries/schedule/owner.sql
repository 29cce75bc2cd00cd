SELECT tenant, entered FROM owner
