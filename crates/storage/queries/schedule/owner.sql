SELECT tenant FROM owner
